using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Ticketing.Api.Controllers;

/// <summary>Answers a confirmed booking in one piece, and without asking which of one format the client prefers.</summary>
internal sealed class BookedResult(BookTicketResponse booking) : ActionResult
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        var json = context.HttpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        var body = JsonSerializer.SerializeToUtf8Bytes(booking, json);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body); // goes out with the head when the request ends
        return Task.CompletedTask;
    }
}
