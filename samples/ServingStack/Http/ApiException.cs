namespace ServingStack.Http;

/// <summary>A request that is answered by an error object, as OpenAI's API gives them.</summary>
public sealed class ApiException(int status, string message, string? param = null, string? code = null) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The parameter that is wrong.</summary>
    public string? Param { get; } = param;

    /// <summary>What is wrong, for programs.</summary>
    public string? Code { get; } = code;

    /// <summary>The kind of error.</summary>
    public string Type => Status switch
    {
        429 or 503 => "overloaded_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
