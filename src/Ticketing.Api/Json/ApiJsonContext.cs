using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Ticketing.Api.Controllers;
using Ticketing.Api.Lab;
using Ticketing.Api.Ui;
using Ticketing.Application.Access.CreateKey;
using Ticketing.Application.Access.GetAudit;
using Ticketing.Application.Access.ListKeys;
using Ticketing.Application.Bookings;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Application.Bookings.HoldTickets;
using Ticketing.Application.Common;
using Ticketing.Application.Events.ChangeEvent;
using Ticketing.Application.Events.SetupEvent;
using Ticketing.Application.Faults;
using Ticketing.Application.Races;
using Ticketing.Application.Sales;

namespace Ticketing.Api.Json;

/// <summary>
/// Source-generated metadata, which the serializer would otherwise read by reflection at start. The rules are in <see cref="JsonRules"/>.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SetupEventCommand))]
[JsonSerializable(typeof(SetupEventResult))]
[JsonSerializable(typeof(ChangeEventCommand))]
[JsonSerializable(typeof(BookTicketCommand))]
[JsonSerializable(typeof(BookTicketResponse))]
[JsonSerializable(typeof(HoldTicketsCommand))]
[JsonSerializable(typeof(HoldResponse))]
[JsonSerializable(typeof(ExtendHoldRequest))]
[JsonSerializable(typeof(ReturnedResponse))]
[JsonSerializable(typeof(BookingState))]
[JsonSerializable(typeof(CreateKeyCommand))]
[JsonSerializable(typeof(CreatedKey))]
[JsonSerializable(typeof(IReadOnlyList<KeyItem>))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(EventStatus))]
[JsonSerializable(typeof(PagedResult<EventStatus>))]
[JsonSerializable(typeof(PagedResult<HistoryItem>))]
[JsonSerializable(typeof(SalesStats))]
[JsonSerializable(typeof(RaceSettings))]
[JsonSerializable(typeof(RaceState))]
[JsonSerializable(typeof(RaceSteps))]
[JsonSerializable(typeof(FaultRequest))]
[JsonSerializable(typeof(IReadOnlyList<FaultState>))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ProblemExplanation))]
[JsonSerializable(typeof(IReadOnlyList<ProblemExplanation>))]
[JsonSerializable(typeof(UiConfig))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(int))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
