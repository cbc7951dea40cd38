using System.Net;
using TcMgc.Client;

namespace TcMgc.Cli.Soak;

/// <summary>
/// What clients do: each repeats a request until it is answered, as a client does that was told to come later, and writes down
/// what was promised.
/// </summary>
internal sealed class Clients : IDisposable
{
    /// <summary>Videos beyond which uploads become removals, and those below which nothing is removed.</summary>
    private const int Most = 60, Fewest = 8;

    /// <summary>Videos on their way beyond which no more are given.</summary>
    private const int MostWaiting = 16;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1), s_glance = TimeSpan.FromMilliseconds(500);

    private readonly Clips _clips;
    private readonly Ledger _ledger;
    private readonly Record _record;
    private readonly Striker _striker;
    private readonly TimeProvider _time;
    private readonly HttpClient _intakeHttp, _libraryHttp;
    private readonly TcMgcClient _intake, _library;

    /// <param name="clips">What is given.</param>
    /// <param name="ledger">Receives what was promised.</param>
    /// <param name="record">Receives what happened.</param>
    /// <param name="installation">What is asked.</param>
    /// <param name="striker">Says whether something is struck.</param>
    /// <param name="time">Measures.</param>
    public Clients(Clips clips, Ledger ledger, Record record, Installation installation, Striker striker, TimeProvider time)
    {
        (_clips, _ledger, _record, _striker, _time) = (clips, ledger, record, striker, time);
        _intakeHttp = new() { BaseAddress = installation.Intake.Address };
        _libraryHttp = new() { BaseAddress = installation.Library.Address };
        (_intake, _library) = (new(_intakeHttp), new(_libraryHttp));
    }

    /// <summary>The service that searches.</summary>
    public TcMgcClient Library => _library;

    /// <summary>Gives one video of each picture: while nothing strikes, for the others to be compared with.</summary>
    public async Task GivePicturesAsync(CancellationToken cancel) =>
        await Task.WhenAll(Enumerable.Range(0, Clips.Pictures).Select(_ => UploadNewAsync(cancel)));

    /// <summary>Does what the plan says, each at its time, and ends when all is answered.</summary>
    public async Task RunAsync(SoakPlan plan, long started, CancellationToken cancel)
    {
        var running = new List<Task>();
        foreach (var operation in plan.Operations)
        {
            if (operation.At - _time.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, _time, cancel);
            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(DoAsync(operation, cancel));
        }
        await Task.WhenAll(running);
    }

    /// <summary>Asks for the list of videos again and again, and compares it with what was promised; until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_glance, _time);
        while (await timer.WaitForNextTickAsync(cancel))
            try
            {
                await LookAsync(cancel);
            }
            catch (Exception error) when (IsPassing(error, cancel))
            {
                // The clients tell of it.
            }
    }

    /// <summary>Uploads a video, or uploads it again.</summary>
    /// <returns>What was answered.</returns>
    public Task<UploadedVideo> UploadAsync(SoakVideo video, CancellationToken cancel) =>
        UntilAnsweredAsync(async token =>
        {
            using var content = new MemoryStream(_clips.ContentOf(video.Number));
            return await _intake.UploadAsync(content, video.Name, token);
        }, cancel);

    /// <summary>Has a failed video processed again.</summary>
    public Task RetryAsync(SoakVideo video, CancellationToken cancel) =>
        UntilAnsweredAsync(token => _library.RetryAsync(video.Id, token), cancel);

    public void Dispose()
    {
        _intakeHttp.Dispose();
        _libraryHttp.Dispose();
    }

    private async Task DoAsync(Operation operation, CancellationToken cancel)
    {
        var kept = _ledger.Kept;
        switch (operation.Kind)
        {
            case OperationKind.Upload when kept.Count < Most:
                if (kept.Count(video => !video.IsSearchable) < MostWaiting)
                    await UploadNewAsync(cancel);
                break;
            case OperationKind.Upload or OperationKind.Remove when kept.Count > Fewest:
                await WithAsync(video => video is { Promise: Promise.Kept, IsListed: true }, operation, RemoveAsync, cancel);
                break;
            case OperationKind.UploadAgain:
                await WithAsync(video => video is { Promise: Promise.Removed }
                    or { Promise: Promise.Kept, IsSearchable: true, IsDamaged: false }, operation, UploadAgainAsync, cancel);
                break;
            case OperationKind.Describe:
                await WithAsync(video => video is { Promise: Promise.Kept, IsListed: true, IsDamaged: false }, operation,
                    DescribeAsync, cancel);
                break;
            case OperationKind.Search:
                await SearchAsync(operation.Pick, cancel);
                break;
        }
    }

    private async Task WithAsync(
        Func<SoakVideo, bool> fits, Operation operation, Func<SoakVideo, CancellationToken, Task> act, CancellationToken cancel)
    {
        if (_ledger.Take(fits, operation.Pick) is not { } video)
            return;
        try
        {
            await act(video, cancel);
        }
        finally
        {
            _ledger.Return(video);
        }
    }

    private async Task UploadNewAsync(CancellationToken cancel)
    {
        var video = _ledger.Add();
        try
        {
            Accepted(video, await UploadAsync(video, cancel));
            _record.Answered(OperationKind.Upload);
        }
        finally
        {
            _ledger.Return(video);
        }
    }

    private async Task UploadAgainAsync(SoakVideo video, CancellationToken cancel)
    {
        if (video.Promise == Promise.Kept)
        {
            if (!(await UploadAsync(video, cancel)).Known)
                _record.IsWrong($"{video} was taken for new when it was given again");
        }
        else
        {
            // It is known where an answer to this client was lost, and to a service that has not heard of the removal yet.
            UploadedVideo answer;
            while ((answer = await UploadAsync(video, cancel)).Known && !await IsThereAsync(video, cancel))
                await Task.Delay(s_pause, _time, cancel);
            Accepted(video, answer);
        }
        _record.Answered(OperationKind.UploadAgain);
    }

    private async Task<bool> IsThereAsync(SoakVideo video, CancellationToken cancel) =>
        await UntilAnsweredAsync(token => _library.GetAsync(video.Id, token), cancel) is not null;

    private void Accepted(SoakVideo video, UploadedVideo answer)
    {
        if (answer.Id != video.Id)
            _record.IsWrong($"{video} was taken for {answer.Id}");
        (video.PromisedAt, video.WasStruck) = (_time.GetTimestamp(), !_striker.IsCalm);
        (video.IsListed, video.IsSearchable, video.Title) = (false, false, null);
        (video.IsDamaged, video.HasDamagedOriginal) = (false, false);
        video.Promise = Promise.Kept;
    }

    private async Task RemoveAsync(SoakVideo video, CancellationToken cancel)
    {
        var tries = 0;
        await UntilAnsweredAsync(async token =>
        {
            try
            {
                tries++;
                await _library.DeleteAsync(video.Id, cancel: token);
            }
            catch (ProblemException problem) when (problem.Type == "video-not-found")
            {
                if (tries == 1)
                    _record.IsWrong($"{video} was gone before it was removed");
            }
            return true;
        }, cancel);
        (video.Promise, video.PromisedAt) = (Promise.Removed, _time.GetTimestamp());
        _record.Answered(OperationKind.Remove);
    }

    private async Task DescribeAsync(SoakVideo video, CancellationToken cancel)
    {
        var title = $"{_clips.CaptionOf(video.Number)} {Guid.NewGuid():N}";
        var described = await UntilAnsweredAsync(token => _library.DescribeAsync(video.Id, title, null, cancel: token), cancel);
        if (described.Title != title)
            _record.IsWrong($"{video} was answered with the title '{described.Title}' instead of '{title}'");
        video.Title = title;
        _record.Answered(OperationKind.Describe);
    }

    /// <summary>A search is not repeated: nobody waits for it any more.</summary>
    private async Task SearchAsync(double pick, CancellationToken cancel)
    {
        var (wasCalm, fault, started) = (_striker.IsCalm, _striker.Current, _time.GetTimestamp());
        try
        {
            await _library.SearchAsync(_clips.CaptionOf((int)(pick * Clips.Pictures)), cancel);
            var under = fault is null ? "between faults" : $"under {fault.Kind}";
            (wasCalm ? _record.CalmSearches : _record.StruckSearches.GetOrAdd(under, _ => new()))
                .Add(_time.GetElapsedTime(started));
            _record.Answered(OperationKind.Search);
        }
        catch (Exception error) when (IsPassing(error, cancel))
        {
            Refused(error, wasCalm);
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        var asked = _time.GetTimestamp();
        await foreach (var listed in _library.ListAsync(cancel: cancel))
        {
            if (_ledger.Find(listed.Id) is not { } video)
                _record.IsWrong($"nobody gave {listed.Name} ({listed.Id})");
            else if (video.IsTaken)
                continue;
            else if (video is { Promise: Promise.Removed } && video.PromisedAt < asked)
                _record.IsWrong($"{video} was listed after its removal was answered");
            else if (video.Promise == Promise.Kept)
                Seen(video, listed);
        }
    }

    private void Seen(SoakVideo video, Video listed)
    {
        video.IsListed = true;
        if (video.IsSearchable || listed.State != VideoState.Indexed)
            return;
        video.IsSearchable = true;
        (video.WasStruck || !_striker.IsCalm ? _record.StruckIndexing : _record.CalmIndexing)
            .Add(_time.GetElapsedTime(video.PromisedAt));
    }

    private async Task<T> UntilAnsweredAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancel)
    {
        for (; ; await Task.Delay(s_pause, _time, cancel))
        {
            var wasCalm = _striker.IsCalm;
            try
            {
                return await request(cancel);
            }
            catch (Exception error) when (IsPassing(error, cancel))
            {
                Refused(error, wasCalm);
            }
        }
    }

    private void Refused(Exception error, bool wasCalm)
    {
        var reason = error is ProblemException problem ? $"{(int)problem.Status} {problem.Type}"
            : error is OperationCanceledException ? "no answer in time" : "no answer";
        _record.RefusedWith(reason);
        if (error is ProblemException { Status: not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) })
            _record.IsWrong($"{reason}: {error.Message}");
        else if (wasCalm && _striker.IsCalm)
            _record.IsUncalled($"{reason}: {error.Message}");
    }

    /// <summary>Whether an error is the answer, or that there is none; not that the soak ends.</summary>
    private static bool IsPassing(Exception error, CancellationToken cancel) =>
        !cancel.IsCancellationRequested
        && error is ProblemException or HttpRequestException or IOException or OperationCanceledException;
}
