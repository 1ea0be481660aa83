using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>The base of every record that JSON can carry: it keeps the fields that this version does not know.</summary>
public abstract record ExtensibleRecord
{
    private protected ExtensibleRecord()
    {
    }

    /// <summary>Fields of the JSON object that this version does not know; null when there are none. They survive a round trip.</summary>
    [JsonIgnore]
    public UnknownFields? UnknownFields
    {
        get => Extension;
        init => Extension = value;
    }

    [JsonExtensionData]
    [JsonInclude]
    internal UnknownFields? Extension { get; set; }
}
