using Microsoft.Extensions.AI;
using PlanForensics.Extensions;
using PlanForensics.Store;
using ServingStack.Engine;
using ServingStack.Http;

namespace ServingStack;

/// <summary>Puts the server together.</summary>
public static class ServerApp
{
    /// <summary>Builds the server.</summary>
    /// <param name="options">How it runs.</param>
    /// <returns>The server, not started.</returns>
    public static WebApplication Build(ServerOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 1 << 20);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // What runs is decoded to its end before the server stops, within this time.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Grace);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(EngineModel.Load(options));
        ChatClientBuilder chat = builder.Services.AddChatClient(services => ActivatorUtilities.CreateInstance<EngineChatClient>(services));
        if (options.Records)
        {
            builder.Services.AddPlanForensics(options.Store, QueueFullPolicy.DropAndCount);
            chat.UsePlanForensics(new ChatRecordingOptions { RequestIds = () => RequestIds.Next("chatcmpl") });
        }

        // After the recorder, so that it stops before the recorder is closed.
        builder.Services.AddSingleton<ServingEngine>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServingEngine>());
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<CompletionsEndpoint>(services));
        builder.Services.AddSingleton<ChatEndpoint>();
        builder.Services.AddSingleton<ModelsEndpoint>();

        WebApplication app = builder.Build();
        app.Use(AnswerErrorsAsync);
        app.UseStatusCodePages(context => WriteErrorAsync(context.HttpContext, new ApiException(
            context.HttpContext.Response.StatusCode,
            context.HttpContext.Response.StatusCode == 405
                ? $"{context.HttpContext.Request.Method} is not what {context.HttpContext.Request.Path} takes"
                : $"there is nothing at {context.HttpContext.Request.Path}; this server has /v1/completions, /v1/chat/completions, /v1/models and /health",
            code: "not_found")));
        app.MapPost("/v1/completions", (HttpContext context, CompletionsEndpoint endpoint) => endpoint.HandleAsync(context));
        app.MapPost("/v1/chat/completions", (HttpContext context, ChatEndpoint endpoint) => endpoint.HandleAsync(context));
        app.MapGet("/v1/models", (ModelsEndpoint endpoint) => Results.Json(endpoint.List, Wire.Json));
        app.MapGet("/v1/models/{name}", (string name, ModelsEndpoint endpoint) =>
        {
            ModelsEndpoint.Check(name, options);
            return Results.Json(endpoint.Card, Wire.Json);
        });
        app.MapGet("/health", (ServingEngine engine) => engine.IsOpen ? Results.Text("ok\n") : Results.StatusCode(503));
        return app;
    }

    private static async Task AnswerErrorsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone away: the engine drops the request before its next step.
        }
        catch (Exception exception)
        {
            ApiException error = exception switch
            {
                ApiException known => known,
                BadHttpRequestException bad => new ApiException(bad.StatusCode, bad.Message),
                _ => new ApiException(500, "the server failed; its log says how"),
            };
            if (error.Status == 500)
                context.RequestServices.GetRequiredService<ILogger<ServingEngine>>().LogError(exception, "{Path} failed.", context.Request.Path);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await WriteErrorAsync(context, error);
        }
    }

    private static Task WriteErrorAsync(HttpContext context, ApiException error)
    {
        context.Response.StatusCode = error.Status;
        return context.Response.WriteAsJsonAsync(new Wire.ErrorBody(new Wire.ErrorDetail(error.Message, error.Type, error.Param, error.Code)), Wire.Json);
    }
}
