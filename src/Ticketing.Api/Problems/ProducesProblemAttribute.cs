namespace Ticketing.Api.Problems;

/// <summary>For the API's description: the statuses with which an action answers a problem document.</summary>
/// <param name="statuses">HTTP statuses.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesProblemAttribute(params int[] statuses) : Attribute
{
    public IReadOnlyList<int> Statuses { get; } = statuses;
}
