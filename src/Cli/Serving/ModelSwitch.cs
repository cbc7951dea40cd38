using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using TcMgc.Cli.Pipeline;
using TcMgc.Client;
using TcMgc.Featurizer;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using VideoState = TcMgc.Shared.Catalog.VideoState;

namespace TcMgc.Cli.Serving;

/// <summary>
/// Encodes the library with another model while the service goes on with the present one. When all of it is in the new index the
/// service stops, <see cref="TakePlaceAsync"/> puts that in place, and the service starts again with the other model. An
/// interrupted run is continued by the next start.
/// </summary>
/// <param name="stores">The stores; the index must be a file of the data folder.</param>
/// <param name="options">Where models lie, and where they run.</param>
/// <param name="media">How originals are decoded.</param>
/// <param name="featurize">How frames are encoded.</param>
/// <param name="host">Is asked to stop when the new index is complete.</param>
internal sealed class ModelSwitch(
    Storage stores, ModelOptions options, MediaOptions media, FeaturizeOptions featurize, IHostApplicationLifetime host)
{
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();
    private readonly Lock _gate = new();
    private Request? _wanted;
    private CancellationTokenSource? _running;
    private volatile ModelChange? _state;

    /// <summary>A model that somebody wants, told apart from the same wanted before.</summary>
    private sealed class Request(ModelFolder folder, bool withoutFailed)
    {
        public ModelFolder Folder => folder;

        public bool WithoutFailed => withoutFailed;
    }

    /// <summary>How far it has come; null where nothing is under way and nothing failed.</summary>
    public ModelChange? State => _state;

    /// <summary>Whether the new index is complete, and waits to be put in place.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Begins, or continues after a failure; from here on a restart does not forget it.</summary>
    /// <param name="folder">The other model.</param>
    /// <param name="withoutFailed">Whether to go on although some videos cannot be encoded.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>False where one is under way.</returns>
    /// <exception cref="UserException">The new index cannot be written.</exception>
    public async ValueTask<bool> TryStartAsync(ModelFolder folder, bool withoutFailed, CancellationToken cancel)
    {
        var request = new Request(folder, withoutFailed);
        lock (_gate)
        {
            if (_state is { State: ChangeState.Encoding })
                return false;
            (_wanted, _state) = (request, new(folder.Id, ChangeState.Encoding, 0, 0));
        }
        try
        {
            await BindAsync(folder, cancel);
        }
        catch
        {
            lock (_gate)
                (_wanted, _state) = (null, null);
            throw;
        }
        return _requests.Writer.TryWrite(request);
    }

    /// <summary>Gives it up: the present model stays, and nothing is left of the new index.</summary>
    public void Drop()
    {
        lock (_gate)
            if (_running is { } running)
                running.Cancel();
            else if (_state is not null)
                Forget();
    }

    /// <summary>Waits for requests and does what they ask, until the service stops.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await ResumeAsync(stop);
        await foreach (var request in _requests.Reader.ReadAllAsync(stop))
        {
            using var dropped = CancellationTokenSource.CreateLinkedTokenSource(stop);
            lock (_gate)
            {
                if (request != _wanted)
                    continue; // Given up before it began.
                _running = dropped;
            }
            try
            {
                if (await BuildAsync(request, dropped.Token))
                {
                    IsComplete = true;
                    host.StopApplication();
                    return;
                }
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                Forget();
            }
            catch (Exception error) when (error is UserException or ModelException or UnavailableException)
            {
                _state = _state! with { State = ChangeState.Failed, Failure = error.Message };
            }
            finally
            {
                lock (_gate)
                    _running = null;
            }
        }
    }

    /// <summary>
    /// Puts the new index in place of the present one, then says in the log with which model each video is found now. To be
    /// called when the service has stopped, while its stores are open.
    /// </summary>
    /// <returns>The model to go on with.</returns>
    public async Task<ModelFolder> TakePlaceAsync(CancellationToken cancel)
    {
        ModelFolder folder;
        using (var next = stores.OpenNextIndex())
        {
            folder = ModelFolder.Open((await next.Index.GetModelAsync(cancel))!.Folder!);
            await AddAsync(folder, next.Index, _ => { }, cancel); // What came while the service was stopping.
            foreach (var video in (await next.Index.CountByVideoAsync(cancel)).Keys)
                if (await stores.Catalog.GetAsync(video, cancel) is not { State: VideoState.Indexed })
                    await next.Index.DeleteAsync(video, cancel);
            next.TakePlace();
        }
        stores.DeleteNextIndex();
        await ModelChangeLog.AppendAsync(stores, CancellationToken.None);
        return folder;
    }

    /// <summary>Goes on with what an earlier run began, where its model is still there.</summary>
    private async ValueTask ResumeAsync(CancellationToken cancel)
    {
        if (!stores.HasNextIndex)
            return;
        IndexModel? bound;
        using (var next = stores.OpenNextIndex())
            bound = await next.Index.GetModelAsync(cancel);
        if (bound?.Folder is { } path && ModelFolder.IsModel(path)
            && ModelFolder.Open(path) is var folder && folder.Id == bound.Id)
            await TryStartAsync(folder, withoutFailed: false, cancel);
        else
            stores.DeleteNextIndex();
    }

    /// <summary>Makes the new index one of the model: what another one left is deleted.</summary>
    private async ValueTask BindAsync(ModelFolder folder, CancellationToken cancel)
    {
        if (stores.HasNextIndex)
        {
            IndexModel? bound;
            using (var left = stores.OpenNextIndex())
                bound = await left.Index.GetModelAsync(cancel);
            if (bound?.Id != folder.Id)
                stores.DeleteNextIndex();
        }
        var config = folder.Card.Config;
        using var next = stores.OpenNextIndex();
        await next.Index.BindAsync(
            new(folder.Id, config.Clip.EmbeddingWidth, config.Frames, Path.GetFullPath(folder.Path)), cancel);
    }

    private void Forget()
    {
        stores.DeleteNextIndex();
        (_wanted, _state) = (null, null);
    }

    /// <returns>Whether the new index is complete.</returns>
    private async ValueTask<bool> BuildAsync(Request request, CancellationToken cancel)
    {
        using var next = stores.OpenNextIndex();
        var failed = await AddAsync(request.Folder, next.Index, state => _state = state, cancel);
        if (failed.Count == 0 || request.WithoutFailed)
            return true;
        _state = _state! with
        {
            State = ChangeState.Waiting,
            Failure = $"{failed.Count} of {_state.Videos} videos cannot be encoded, the first of them {failed.First().Name}: "
                + $"{failed.First().Reason}",
        };
        return false;
    }

    /// <summary>Encodes the videos that the new index lacks, until there are none but those that cannot be encoded.</summary>
    private async ValueTask<IReadOnlyCollection<Reencoder.Failure>> AddAsync(
        ModelFolder folder, IVectorIndex next, Action<ModelChange> tell, CancellationToken cancel)
    {
        Reencoder? encoder = null;
        VideoTextModel? model = null;
        try
        {
            while (true)
            {
                var held = await next.CountByVideoAsync(cancel);
                var indexed = await stores.Catalog.ListAsync(cancel).Where(entry => entry.State == VideoState.Indexed)
                    .Select(entry => entry.Id).ToListAsync(cancel);
                var given = encoder?.Failed.Select(failure => failure.Video).ToHashSet() ?? [];
                var missing = indexed.Where(video => !held.ContainsKey(video) && !given.Contains(video)).ToList();
                tell(new(folder.Id, ChangeState.Encoding, indexed.Count - missing.Count, indexed.Count));
                if (missing.Count == 0)
                    return encoder?.Failed ?? [];
                model ??= folder.Load(options.ToCompute());
                encoder ??= new(stores, model, media, featurize);
                foreach (var (at, video) in missing.Index())
                {
                    await encoder.WriteAsync(video, next, cancel);
                    tell(new(folder.Id, ChangeState.Encoding, indexed.Count - missing.Count + at + 1, indexed.Count));
                }
            }
        }
        finally
        {
            if (encoder is not null)
                await encoder.DisposeAsync();
            model?.Dispose();
        }
    }
}
