using TcMgc.Client;
using TcMgc.Ingest.Uploads;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Cli.Serving;

/// <summary>Draws the demo's clips and gives them to the service, as if somebody had uploaded them.</summary>
/// <param name="intake">Takes them.</param>
/// <param name="media">Names ffmpeg.</param>
/// <param name="stopping">Ends the drawing when the service stops.</param>
internal sealed class DemoClips(VideoIntake intake, MediaOptions media, CancellationToken stopping)
{
    /// <summary>Seed of the world.</summary>
    private const int Seed = 2026;

    /// <summary>
    /// Numbers of its test videos, of which no model has seen any. The shipped one knows such footage and ranks each first for
    /// its sentence, at 81 % or more; those that it is surest of come first. (Of the first 40 it knows 35.)
    /// </summary>
    private static readonly int[] s_numbers = [16, 5, 11, 12, 22, 24, 8, 17, 1, 18, 0, 13];

    private static readonly SyntheticDataset s_world = new(Seed);

    private static readonly DemoClip[] s_clips = [.. s_numbers.Select((number, at) =>
        new DemoClip($"demo-{at + 1:D2}.mp4", s_world.Video(Split.Test, number).Captions[0].Text))];

    private readonly Lock _gate = new();
    private volatile Demo _state = new(s_clips, 0, IsDrawing: false);

    /// <summary>The clips, and how far their drawing has come.</summary>
    public Demo State => _state;

    /// <summary>Begins to draw them, unless that is under way.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_state.IsDrawing)
                return;
            _state = new(s_clips, 0, IsDrawing: true);
        }
        _ = Task.Run(DrawAsync, CancellationToken.None);
    }

    private async Task DrawAsync()
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-demo-").FullName;
        try
        {
            var writer = new VideoWriter(media.Ffmpeg);
            foreach (var (at, clip) in s_clips.Index())
            {
                var path = Path.Combine(folder, clip.Name);
                await writer.WriteAsync(s_world.Video(Split.Test, s_numbers[at]).Scene, path, stopping);
                await using (var drawn = File.OpenRead(path))
                    await intake.AcceptAsync(CollectionId.Default, clip.Name, drawn, stopping);
                _state = _state with { Drawn = at + 1 };
            }
            _state = _state with { IsDrawing = false };
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The service stops.
        }
#pragma warning disable CA1031 // Whatever it is, the page shows it, and the service goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _state = _state with { IsDrawing = false, Failure = error.Message };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
