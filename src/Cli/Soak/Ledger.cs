namespace TcMgc.Cli.Soak;

/// <summary>All videos of a soak, and what was promised of each. One client at a time is busy with a video.</summary>
internal sealed class Ledger(Clips clips)
{
    private readonly Lock _gate = new();
    private readonly List<SoakVideo> _videos = [];
    private readonly Dictionary<Guid, SoakVideo> _byId = [];

    /// <summary>The videos, by number.</summary>
    public IReadOnlyList<SoakVideo> Videos
    {
        get
        {
            lock (_gate)
                return [.. _videos];
        }
    }

    /// <summary>Videos of which it was promised that they are found.</summary>
    public IReadOnlyList<SoakVideo> Kept => [.. Videos.Where(video => video.Promise == Promise.Kept)];

    /// <summary>A new video, taken.</summary>
    public SoakVideo Add()
    {
        lock (_gate)
        {
            var (sha256, id) = clips.IdentityOf(_videos.Count);
            var video = new SoakVideo(_videos.Count, sha256, id) { IsTaken = true };
            _videos.Add(video);
            _byId.Add(id, video);
            return video;
        }
    }

    /// <summary>The video of an id; null where there is none.</summary>
    public SoakVideo? Find(Guid id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }

    /// <summary>Takes one of the videos that fit and are not taken; null where there is none.</summary>
    /// <param name="fits">Which fit.</param>
    /// <param name="pick">Which of them, 0 to below 1.</param>
    public SoakVideo? Take(Func<SoakVideo, bool> fits, double pick)
    {
        lock (_gate)
        {
            var fitting = _videos.Where(video => !video.IsTaken && fits(video)).ToList();
            if (fitting.Count == 0)
                return null;
            var taken = fitting[(int)(pick * fitting.Count)];
            taken.IsTaken = true;
            return taken;
        }
    }

    public void Return(SoakVideo video)
    {
        lock (_gate)
            video.IsTaken = false;
    }
}
