using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace TcMgc.Shared.Configuration;

/// <summary>
/// Reads and validates settings from the configuration (appsettings.json, environment, command line). One message at start names
/// the key and the accepted values of everything that is wrong.
/// </summary>
public static class Settings
{
    /// <summary>Binds a section to a record whose initial values are the defaults.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="section">Name of the section; empty for keys at the root.</param>
    /// <exception cref="UserException">A key is unknown, or its value is invalid or out of range.</exception>
    public static T Read<T>(IConfiguration configuration, string section = "") where T : class, new()
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var values = section.Length == 0 ? configuration : configuration.GetSection(section);
        var members = typeof(T).GetProperties().Where(member => member.SetMethod is not null)
            .ToDictionary(member => member.Name, StringComparer.OrdinalIgnoreCase);
        List<string> wrong = [.. Mistyped(values, members)];
        if (section.Length > 0) // At the root there are the keys of other records.
            wrong.AddRange(values.GetChildren().Where(child => !members.ContainsKey(child.Key))
                .Select(child =>
                    $"{child.Path} is no setting; those of {section} are "
                        + $"{string.Join(", ", members.Keys.Order(StringComparer.Ordinal))}"));
        ThrowIfAny(wrong);
        var read = values.Get<T>() ?? new T();
        ThrowIfAny(OutOfRange(read, section));
        return read;
    }

    private static IEnumerable<string> Mistyped(IConfiguration values, Dictionary<string, PropertyInfo> members)
    {
        foreach (var child in values.GetChildren())
        {
            if (child.Value is not { Length: > 0 } value || !members.TryGetValue(child.Key, out var member))
                continue;
            var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            if (type != typeof(string) && !IsA(type, value))
                yield return $"{child.Path} is '{value}'; it must be {Accepted(type, member)}";
        }
    }

    private static bool IsA(Type type, string value)
    {
        if (type.IsEnum) // A converter would accept any number, even of undefined members.
            return Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase);
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Accepted(Type type, PropertyInfo member)
    {
        var range = member.GetCustomAttribute<RangeAttribute>() is { } bounds
            ? $" from {bounds.Minimum} to {bounds.Maximum}" : "";
        return type switch
        {
            { IsEnum: true } => string.Join(" or ", Enum.GetNames(type).Select(name => name.ToLowerInvariant())),
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(TimeSpan) => $"a time such as 00:00:30{range}",
            _ => $"a number{range}",
        };
    }

    private static IEnumerable<string> OutOfRange(object read, string section)
    {
        var errors = new List<ValidationResult>();
        Validator.TryValidateObject(read, new(read), errors, validateAllProperties: true);
        return errors.Select(error => $"{Key(section, error.MemberNames.First())} {error.ErrorMessage}");
    }

    private static string Key(string section, string member) => section.Length == 0 ? member : $"{section}:{member}";

    private static void ThrowIfAny(IEnumerable<string> wrong)
    {
        if (string.Join("; ", wrong) is { Length: > 0 } message)
            throw new UserException(message);
    }
}
