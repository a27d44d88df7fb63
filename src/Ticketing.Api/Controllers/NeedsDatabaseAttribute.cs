namespace Ticketing.Api.Controllers;

/// <summary>Marks what is refused at once while the database is known to be gone, see <see cref="Hosting.DatabaseGuard"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDatabaseAttribute : Attribute;
