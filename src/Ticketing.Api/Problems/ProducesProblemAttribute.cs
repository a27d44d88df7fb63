namespace Ticketing.Api.Problems;

/// <summary>For the OpenAPI document: the statuses of an action's problem documents.</summary>
/// <param name="statuses">HTTP statuses.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesProblemAttribute(params int[] statuses) : Attribute
{
    public IReadOnlyList<int> Statuses { get; } = statuses;
}
