using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Stores;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Searches by stills over what <c>tcmgc index</c> made, without starting the program for each.</summary>
internal sealed class StillSearch : IDisposable
{
    private readonly DataFolder _data;
    private readonly VideoTextModel _model;
    private readonly SearchEngine _engine;
    private readonly StillDecoder _stills = new(new());

    private StillSearch(DataFolder data, VideoTextModel model) =>
        (_data, _model, _engine) = (data, model, new(model, data.Index, data.Catalog, TimeProvider.System, new()));

    public static async Task<StillSearch> OpenAsync(string data, string model) =>
        new(await DataFolder.OpenExistingAsync(data, TimeProvider.System, CancellationToken.None),
            ModelFolder.Open(model).Load(new ComputeOptions()));

    /// <summary>
    /// Cuts stills out of clips and asks for each where it comes from; counts right videos, and right moments within 1.5 s.
    /// </summary>
    public async Task<(int Asked, int Videos, int Moments, List<string> Wrong)> FindAsync(
        IEnumerable<(string Clip, double Time)> stills)
    {
        var (asked, videos, moments, wrong) = (0, 0, 0, new List<string>());
        foreach (var (clip, time) in stills)
        {
            var rgb = await _stills.DecodeAsync(TestClips.Still(clip, time), _model.FrameSide, CancellationToken.None);
            var first = (await _engine.SearchImageAsync(rgb, new() { Top = 1 }, CancellationToken.None)).Results[0];
            var right = first.Name == Path.GetFileName(clip);
            var near = right && Math.Abs(first.Moment - time) <= 1.5;
            (asked, videos, moments) = (asked + 1, videos + (right ? 1 : 0), moments + (near ? 1 : 0));
            if (!near)
                wrong.Add($"{Path.GetFileName(clip)} at {time}: {first.Name} at {first.Moment}");
        }
        return (asked, videos, moments, wrong);
    }

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }
}
