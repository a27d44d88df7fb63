using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Ticketing.Api.Problems;

/// <summary>Creates and writes problem documents (RFC 9457).</summary>
internal static class ProblemWriter
{
    public const string ContentType = "application/problem+json";

    /// <summary>Creates the document of a kind for this request.</summary>
    public static ProblemDetails Create(HttpContext context, ProblemKind kind, string? detail = null)
    {
        var traceId = TraceIdOf(context);
        context.RequestServices.GetRequiredService<FailureLog>().Write(context, kind, traceId);
        return new()
        {
            Type = $"/problems/{kind.Code}",
            Title = kind.Title,
            Status = kind.Status,
            Detail = detail ?? kind.Detail,
            Extensions =
            {
                ["code"] = kind.Code,
                ["traceId"] = traceId,
            },
        };
    }

    /// <summary>Of the trace, if traces are collected or the client has sent the header <c>traceparent</c>; otherwise of this request.</summary>
    public static string TraceIdOf(HttpContext context) =>
        Activity.Current?.Id
        ?? (context.Request.Headers.TraceParent is [{ } parent] && ActivityContext.TryParse(parent, traceState: null, out _) ? parent : null)
        ?? context.TraceIdentifier;

    /// <summary>For controllers.</summary>
    public static ObjectResult Result(HttpContext context, ProblemKind kind, string? detail = null)
    {
        SetHeaders(context.Response, kind);
        return new(Create(context, kind, detail)) { StatusCode = kind.Status, ContentTypes = { ContentType } };
    }

    /// <summary>For middleware, which returns no result.</summary>
    public static Task WriteAsync(HttpContext context, ProblemKind kind, string? detail = null, params ReadOnlySpan<(string Name, object Value)> extensions)
    {
        SetHeaders(context.Response, kind);
        context.Response.StatusCode = kind.Status;
        var document = Create(context, kind, detail);
        foreach (var (name, value) in extensions)
        {
            document.Extensions[name] = value;
        }

        return context.Response.WriteAsJsonAsync(document, options: null, ContentType, context.RequestAborted);
    }

    /// <summary>For responses that routing or the framework left empty.</summary>
    public static Task WriteStatusAsync(HttpContext context) => WriteAsync(context, ProblemKind.OfStatus(context.Response.StatusCode));

    private static void SetHeaders(HttpResponse response, ProblemKind kind)
    {
        response.Headers.CacheControl = "no-store";
        if (kind.Status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = ProblemKind.RetryAfterSeconds;
        }
    }
}
