namespace TcMgc.Cli.Soak;

/// <summary>What was promised of a video.</summary>
internal enum Promise
{
    /// <summary>Nothing: no upload of it was answered yet.</summary>
    None,

    /// <summary>That it will be found, or that it is said why not.</summary>
    Kept,

    /// <summary>That it is gone.</summary>
    Removed,
}

/// <summary>A video of a soak, as its client knows it. Changed by whoever has taken it from the <see cref="Ledger"/>.</summary>
/// <param name="number">Its number, from 0.</param>
/// <param name="sha256">Hash of its content, lower-case hexadecimal.</param>
/// <param name="id">The id that follows from the hash.</param>
internal sealed class SoakVideo(int number, string sha256, Guid id)
{
    public int Number => number;

    public string Sha256 => sha256;

    public Guid Id => id;

    /// <summary>The clip whose picture it shows.</summary>
    public int Picture => number % Clips.Pictures;

    public string Name => $"soak-{number:D5}.mp4";

    /// <summary>Whether a client, or a fault, is busy with it.</summary>
    public bool IsTaken { get; set; }

    public Promise Promise { get; set; }

    /// <summary>When the promise was given (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long PromisedAt { get; set; }

    /// <summary>Whether it was struck between its upload and its being found.</summary>
    public bool WasStruck { get; set; }

    /// <summary>Whether the service listed it since it was promised: before, it cannot be changed.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether it was seen to be indexed.</summary>
    public bool IsSearchable { get; set; }

    /// <summary>The title that was answered last; null where none was since its upload.</summary>
    public string? Title { get; set; }

    /// <summary>Whether its stored original was cut.</summary>
    public bool HasDamagedOriginal { get; set; }

    /// <summary>Whether its original or its frames were cut: it may fail then.</summary>
    public bool IsDamaged { get; set; }

    public override string ToString() => $"{Name} ({id})";
}
