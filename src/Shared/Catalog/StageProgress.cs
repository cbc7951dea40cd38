namespace TcMgc.Shared.Catalog;

/// <summary>Passes the progress of a stage on to <see cref="CatalogChanges"/>, in whole percents.</summary>
/// <param name="changes">Receives it.</param>
/// <param name="stage">One of <see cref="Events.Stages"/>.</param>
/// <param name="read">The video, and the share that is done, 0 to 1; null where that is not known.</param>
public sealed class StageProgress<T>(
    CatalogChanges changes, string stage, Func<T, (VideoId Video, double? Share)> read) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value)
    {
        var (video, share) = read(value);
        if (share is { } known)
            changes.TellProgress(new(video, stage, (int)(100 * Math.Clamp(known, 0, 1))));
    }
}
