namespace Ticketing.Application.Bookings.BookTicket;

internal sealed class BookTicketValidator : OrderValidator<BookTicketCommand>;
