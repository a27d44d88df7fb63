using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace Ticketing.Application.Faults;

/// <summary>Causes a fault.</summary>
/// <param name="Fault" example="slow_database">Which: <c>slow_database</c>, <c>redis_lost</c> or <c>pool_of_one</c>.</param>
public sealed record FaultRequest([property: Required] string Fault);

internal sealed class FaultRequestValidator : AbstractValidator<FaultRequest>
{
    public FaultRequestValidator(IEnumerable<IFault> faults)
    {
        RuleFor(request => request.Fault)
            .Cascade(CascadeMode.Stop)
            .Must(name => Find(name) is not null).WithMessage($"Must be one of {string.Join(", ", faults.Select(fault => fault.Name))}.")
            .Must(name => Find(name)!.WhyUnavailable is null).WithMessage(request => Find(request.Fault)!.WhyUnavailable);

        IFault? Find(string name) => faults.FirstOrDefault(fault => fault.Name == name);
    }
}
