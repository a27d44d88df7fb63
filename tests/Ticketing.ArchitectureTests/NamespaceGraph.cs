using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ticketing.ArchitectureTests;

/// <summary>
/// Which namespace uses which, read from compiled assemblies: signatures, attributes and method bodies, lambdas and state machines among them.
/// (A constant of another namespace leaves no trace, because the compiler copies its value.)
/// </summary>
internal sealed class NamespaceGraph
{
    private readonly Dictionary<string, Dictionary<string, string>> _uses = new(StringComparer.Ordinal);

    private NamespaceGraph()
    {
    }

    /// <summary>Every use as user, used, and the types that show it.</summary>
    public IEnumerable<(string From, string To, string Example)> Uses =>
        _uses.SelectMany(from => from.Value.Select(to => (from.Key, to.Key, to.Value)));

    public static NamespaceGraph Of(params System.Reflection.Assembly[] assemblies)
    {
        var graph = new NamespaceGraph();
        foreach (var assembly in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(assembly.Location);
            foreach (var type in module.GetTypes())
            {
                foreach (var used in TypesUsedBy(type))
                {
                    graph.Add(Outermost(type), used);
                }
            }
        }

        return graph;
    }

    /// <summary>The texts in the methods of an assembly.</summary>
    public static IReadOnlyList<string> TextsIn(System.Reflection.Assembly assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        return [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions).Select(instruction => instruction.Operand).OfType<string>()];
    }

    /// <summary>The shortest way from a namespace back to itself, or null; <paramref name="prefix"/> limits the search to namespaces of ours.</summary>
    public string? FindCycle(string prefix) => _uses.Keys
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(name => FindWayBack(name, prefix))
        .Where(way => way is not null)
        .MinBy(way => way!.Length);

    private string? FindWayBack(string start, string prefix)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal);
        var toVisit = new Queue<string>([start]);
        while (toVisit.TryDequeue(out var name))
        {
            foreach (var used in _uses.GetValueOrDefault(name)?.Keys.Where(used => used.StartsWith(prefix, StringComparison.Ordinal)) ?? [])
            {
                if (cameFrom.TryAdd(used, name))
                {
                    toVisit.Enqueue(used);
                }
            }
        }

        return cameFrom.ContainsKey(start) ? Describe(start, cameFrom) : null;
    }

    private string Describe(string start, Dictionary<string, string> cameFrom)
    {
        var steps = new Stack<string>();
        var name = start;
        do
        {
            steps.Push($"{cameFrom[name]} → {name} ({_uses[cameFrom[name]][name]})");
            name = cameFrom[name];
        }
        while (name != start);
        return string.Join(", ", steps);
    }

    private void Add(TypeReference user, TypeReference used)
    {
        if (user.Namespace != used.Namespace && used.Namespace.Length > 0)
        {
            if (!_uses.TryGetValue(user.Namespace, out var uses))
            {
                _uses[user.Namespace] = uses = new(StringComparer.Ordinal);
            }

            uses.TryAdd(used.Namespace, $"{user.Name} uses {used.Name}");
        }
    }

    private static IEnumerable<TypeReference> TypesUsedBy(TypeDefinition type) => new[] { type.BaseType }
        .Concat(type.Interfaces.Select(contract => contract.InterfaceType))
        .Concat(type.Fields.Select(field => field.FieldType))
        .Concat(type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType))
        .Concat(AttributesOf([type, .. type.Fields, .. type.Properties, .. type.Methods, .. type.Methods.SelectMany(method => method.Parameters)]))
        .Concat(type.Methods.SelectMany(TypesUsedBy))
        .SelectMany(Parts)
        .Select(Outermost);

    private static IEnumerable<TypeReference?> TypesUsedBy(MethodDefinition method)
    {
        var signature = method.Parameters.Select(parameter => parameter.ParameterType)
            .Append(method.ReturnType)
            .Concat(method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType));
        return method.HasBody
            ? signature
                .Concat(method.Body.Variables.Select(variable => variable.VariableType))
                .Concat(method.Body.ExceptionHandlers.Select(handler => handler.CatchType))
                .Concat(method.Body.Instructions.SelectMany(TypesUsedBy))
            : signature;
    }

    private static IEnumerable<TypeReference> TypesUsedBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments, .. method.Parameters.Select(parameter => parameter.ParameterType)],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference> AttributesOf(IEnumerable<Mono.Cecil.ICustomAttributeProvider> members) => members
        .SelectMany(member => member.CustomAttributes)
        .SelectMany(attribute => attribute.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Append(attribute.AttributeType));

    /// <summary>The types that a constructed type is made of: of <c>Task&lt;Event[]&gt;</c> both Task and Event.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
