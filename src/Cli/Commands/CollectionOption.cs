using System.CommandLine;
using TcMgc.Shared;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which collection a command is about.</summary>
internal static class CollectionOption
{
    public static Option<CollectionId> Create(string description) => new("--collection")
    {
        Description = $"{description} Default: {CollectionId.Default}.",
        HelpName = "NAME",
        CustomParser = result =>
        {
            if (result.Tokens is [var token] && !CollectionId.TryParse(token.Value, out _))
                result.AddError($"--collection is '{token.Value}'; it {CollectionId.WrongForm}.");
            return result.Tokens is [var given] && CollectionId.TryParse(given.Value, out var collection) ? collection : default;
        },
    };
}
