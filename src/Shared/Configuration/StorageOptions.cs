using System.ComponentModel.DataAnnotations;

namespace TcMgc.Shared.Configuration;

/// <summary>Which adapters keep events, blobs, vectors and catalog; keys at the root of the configuration.</summary>
public sealed record StorageOptions
{
    /// <summary>The data folder, of this process or of several; default <c>data</c> below the working folder.</summary>
    [Required(ErrorMessage = "is empty; it must be a folder")]
    public string Data { get; init; } = "data";
}
