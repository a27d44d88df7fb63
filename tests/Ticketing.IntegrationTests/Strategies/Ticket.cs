using MySqlConnector;
using Ticketing.Domain;
using Ticketing.IntegrationTests.Hosting;

namespace Ticketing.IntegrationTests.Strategies;

/// <summary>A booking: as its buyer was told of it, or as it stands in the database. The two must be the same.</summary>
internal sealed record Ticket(long BookingId, int EventId, int UserId, int Quantity)
{
    public static Ticket In(Answer booked)
    {
        var json = booked.Json;
        return new(
            json.GetProperty("booking_id").GetInt64(),
            json.GetProperty("event_id").GetInt32(),
            json.GetProperty("user_id").GetInt32(),
            json.GetProperty("quantity").GetInt32());
    }

    /// <summary>The bookings of an event, as they stand in a MariaDB.</summary>
    public static async Task<List<Ticket>> StoredInAsync(string database, int eventId)
    {
        await using var connection = new MySqlConnection(database);
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"SELECT id, event_id, user_id, quantity FROM bookings WHERE event_id = {eventId}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var tickets = new List<Ticket>();
        while (await reader.ReadAsync())
        {
            tickets.Add(new(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3)));
        }

        return tickets;
    }

    public static Ticket In(Booking stored) => new(stored.Id, stored.EventId, stored.UserId, stored.Quantity);

    /// <summary>
    /// The bookings that the buyers were told of, in the order of their ids. Each must have been told to one buyer, and again only to those who
    /// repeated the order.
    /// </summary>
    public static IReadOnlyList<Ticket> ToldIn(IEnumerable<Answer> answers)
    {
        var booked = answers.Where(answer => answer.IsBooked).ToLookup(answer => answer.IsReplayed, In);
        booked[false].Should().OnlyHaveUniqueItems(ticket => ticket.BookingId, "a booking belongs to one order");
        booked[true].Except(booked[false]).Should().BeEmpty("a repetition is answered with the first booking");
        return [.. booked[false].OrderBy(ticket => ticket.BookingId)];
    }

    /// <summary>Asserts that the stored bookings are those that the buyers were told of: each is there once, as it was told, and no other.</summary>
    public static void ShouldBeThoseTold(IEnumerable<Ticket> stored, IReadOnlyList<Ticket> told)
    {
        // By sets, which takes no time for thousands of bookings; the lists have as many items as their sets, ids being unique.
        var rows = stored.ToList();
        told.Except(rows).Should().BeEmpty("each confirmed booking is there as it was confirmed");
        rows.Except(told).Should().BeEmpty("no booking is there that was not confirmed");
        rows.Should().HaveSameCount(told);
    }
}
