namespace TcMgc.Client;

/// <summary>The models of a service that runs in one process: those it has, and those it can get.</summary>
/// <param name="InUse">Id of the model that searches.</param>
/// <param name="Installed">Models that lie in its folder of models, by name.</param>
/// <param name="Offered">Published models that it can download, the least work first.</param>
public sealed record ModelList(
    string InUse, IReadOnlyList<InstalledModel> Installed, IReadOnlyList<ModelOffer> Offered)
{
    /// <summary>The last download since the service started; null where there was none.</summary>
    public ModelPull? Pull { get; init; }

    /// <summary>How far the library has come that is encoded with another model; null where none is.</summary>
    public ModelChange? Change { get; init; }
}

/// <summary>A model that a service has.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Id">Its name and the beginning of its weights' hash.</param>
/// <param name="About">What it knows, and what it does not; null where its card does not say.</param>
public sealed record InstalledModel(string Name, string Id, string? About);

/// <summary>A published model.</summary>
/// <param name="Name">Name by which it is asked for.</param>
/// <param name="Folder">Name of the folder that it is put into.</param>
/// <param name="Bytes">About what is downloaded, in bytes.</param>
/// <param name="FirstFound">
/// Of 100 sentences about Flickr30k's pictures, those whose picture it finds first among 1,000, as OpenCLIP publishes it.
/// </param>
/// <param name="Work">Work for a frame, as a multiple of that of the smallest.</param>
public sealed record ModelOffer(string Name, string Folder, long Bytes, double FirstFound, double Work);

/// <summary>The body of <c>POST /api/v1/models/use</c>.</summary>
/// <param name="Name">One of the installed models' names.</param>
/// <param name="WithoutFailed">
/// Go on although some videos cannot be encoded with it: they are tried again by it afterwards, and cannot be found meanwhile.
/// </param>
public sealed record ModelUse(string Name, bool WithoutFailed = false);

/// <summary>How far the library has come that is encoded with another model, while the present one answers searches.</summary>
/// <param name="Model">Id of the other model.</param>
/// <param name="State">What is being done.</param>
/// <param name="Done">Videos in the new index.</param>
/// <param name="Videos">Videos that it will have.</param>
public sealed record ModelChange(string Model, ChangeState State, int Done, int Videos)
{
    /// <summary>Why it waits or failed; null unless it does.</summary>
    public string? Failure { get; init; }
}

/// <summary>What is done of a change of the model.</summary>
public enum ChangeState
{
    /// <summary>Videos are encoded.</summary>
    Encoding,

    /// <summary>Some videos cannot be encoded; it waits for somebody to say whether to go on without them.</summary>
    Waiting,

    /// <summary>It cannot go on; the same request continues it.</summary>
    Failed,
}

/// <summary>The body of <c>POST /api/v1/models/pull</c>.</summary>
/// <param name="Name">One of the offered models' names.</param>
public sealed record ModelName(string Name);

/// <summary>How far the download of a model has come.</summary>
/// <param name="Name">The model's name among those offered.</param>
/// <param name="State">What is being done.</param>
/// <param name="Received">Bytes on disk, those of earlier runs included.</param>
/// <param name="Bytes">Bytes of all its files; 0 while that is not known.</param>
public sealed record ModelPull(string Name, PullState State, long Received, long Bytes)
{
    /// <summary>Why it failed; null unless it did.</summary>
    public string? Failure { get; init; }
}

/// <summary>What is done of a download.</summary>
public enum PullState
{
    /// <summary>Its files come in.</summary>
    Downloading,

    /// <summary>All is there and becomes a model.</summary>
    Importing,

    /// <summary>The model can be used.</summary>
    Done,

    /// <summary>It broke off; the same request continues it.</summary>
    Failed,

    /// <summary>Somebody stopped it; the same request continues it.</summary>
    Stopped,
}
