using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Binders;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Api.Json;

/// <summary>
/// Binds an order from the body and the header <c>Idempotency-Key</c>. Valid orders take the short path: their JSON is read and validated here, without the
/// framework's formatters and its walk over the object, which cost more than the rest of a booking. Everything else takes the framework's path, which
/// describes what is wrong.
/// </summary>
internal sealed class OrderBinder(IModelBinder framework, JsonTypeInfo<BookTicketCommand> json, IValidator<BookTicketCommand> validator) : IModelBinder
{
    /// <summary>Ten times as long as an order usually is.</summary>
    private const int MaxBytes = 1024;

    public async Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var request = bindingContext.HttpContext.Request;
        var key = request.Headers.TryGetValue(BookTicketCommand.IdempotencyKeyHeader, out var values) ? values.ToString() : null;
        if (request is { ContentType: "application/json" or "application/json; charset=utf-8", ContentLength: > 0 and <= MaxBytes })
        {
            var reader = request.BodyReader;
            var body = (await reader.ReadAtLeastAsync((int)request.ContentLength, bindingContext.HttpContext.RequestAborted)).Buffer;
            if (WithKey(Read(body), key) is { } order && validator.Validate(order).IsValid)
            {
                reader.AdvanceTo(body.End);
                bindingContext.Accept(order);
                return;
            }

            reader.AdvanceTo(body.Start); // the framework reads it from the start
        }

        await framework.BindModelAsync(bindingContext);
        if (bindingContext.Result.Model is BookTicketCommand read)
        {
            bindingContext.Result = ModelBindingResult.Success(WithKey(read, key));
        }
    }

    private static BookTicketCommand? WithKey(BookTicketCommand? order, string? key) =>
        order is null || key is null ? order : order with { IdempotencyKey = key };

    private BookTicketCommand? Read(in ReadOnlySequence<byte> body)
    {
        try
        {
            return body.IsSingleSegment ? JsonSerializer.Deserialize(body.FirstSpan, json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Provides the binder of <c>POST /book</c>, the endpoint whose speed matters most.</summary>
internal sealed class OrderBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context)
    {
        if (context.Metadata.ModelType != typeof(BookTicketCommand))
        {
            return null;
        }

        var options = context.Services.GetRequiredService<IOptions<MvcOptions>>().Value;
        var json = context.Services.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        return new OrderBinder(
            new BodyModelBinder(
                options.InputFormatters,
                context.Services.GetRequiredService<IHttpRequestStreamReaderFactory>(),
                context.Services.GetRequiredService<ILoggerFactory>(),
                options),
            (JsonTypeInfo<BookTicketCommand>)json.GetTypeInfo(typeof(BookTicketCommand)),
            context.Services.GetRequiredService<IValidator<BookTicketCommand>>());
    }
}
