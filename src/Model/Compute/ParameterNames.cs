using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>
/// Names of parameters as the papers' code publishes them. Modules here are cut by what they do, published names by how that code
/// grew; two marks in a component's name make up for it: <see cref="Unnamed"/> adds nothing, and '/' stands for a dot, which
/// TorchSharp allows in names of parameters only.
/// </summary>
internal static class ParameterNames
{
    /// <summary>Name of a component whose own components are named as if they stood beside it.</summary>
    public const string Unnamed = "_";

    /// <summary>Every parameter of a module under its published name.</summary>
    /// <param name="module">The module.</param>
    /// <param name="prefix">What stands before all names, with its dot; empty for none.</param>
    public static IEnumerable<(string Name, Parameter Parameter)> Published(nn.Module module, string prefix) =>
        module.named_parameters().Select(p => (prefix + Published(p.name), p.parameter));

    private static string Published(string name) => string.Join('.', name.Split('.', '/').Where(part => part != Unnamed));
}
