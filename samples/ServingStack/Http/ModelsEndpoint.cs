using ServingStack.Engine;

namespace ServingStack.Http;

/// <summary>GET /v1/models.</summary>
public sealed class ModelsEndpoint(EngineModel model, ServerOptions options)
{
    private static readonly long Started = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The one model.</summary>
    public Wire.ModelCard Card => new(options.ModelName, "model", Started, "planforensics", model.Model.Configuration.ContextLength);

    /// <summary>All models.</summary>
    public Wire.ModelList List => new("list", [Card]);

    /// <summary>Checks the model of a request; none means the only one.</summary>
    /// <exception cref="ApiException">There is no such model.</exception>
    public static void Check(string? name, ServerOptions options)
    {
        if (name is not null && name != options.ModelName)
            throw new ApiException(404, $"the model \"{name}\" does not exist; this server has \"{options.ModelName}\"", "model", "model_not_found");
    }
}
