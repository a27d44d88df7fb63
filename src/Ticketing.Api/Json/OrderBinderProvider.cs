using System.Text.Json.Serialization.Metadata;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Binders;
using Microsoft.Extensions.Options;
using Ticketing.Application.Bookings.BookTicket;

namespace Ticketing.Api.Json;

/// <summary>Hands out the binder of <c>POST /book</c>, the one endpoint whose speed is what this program is for.</summary>
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
