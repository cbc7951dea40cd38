using TcMgc.Client;
using TcMgc.Shared;

namespace TcMgc.Cli.Soak;

/// <summary>One soak from its first upload to its report.</summary>
/// <param name="installation">What is soaked; it has not started.</param>
/// <param name="clips">What is given.</param>
/// <param name="plan">What happens.</param>
/// <param name="progress">Says how far it is.</param>
/// <param name="time">Measures.</param>
internal sealed class SoakRun(Installation installation, Clips clips, SoakPlan plan, Progress progress, TimeProvider time)
{
    /// <summary>How long the end is waited for, and what is under way when clients stop.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Ledger _ledger = new(clips);
    private readonly Record _record = new();

    /// <summary>Runs, and checks.</summary>
    /// <param name="cancel">Ends it with a report of what was so far.</param>
    public async Task<SoakReport> RunAsync(CancellationToken cancel)
    {
        var striker = new Striker(installation, _ledger, _record, time);
        using var clients = new Clients(clips, _ledger, _record, installation, striker, time);
        var invariants = new Invariants(installation, _ledger, _record, clients, time);
        var isInterrupted = false;
        try
        {
            await installation.StartAsync(cancel);
            await WorkAsync(clients, striker, cancel);
            await CheckAsync(invariants, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            isInterrupted = true;
        }
        catch (Exception error) when (error is HttpRequestException or ProblemException or UserException)
        {
            _record.IsWrong($"nothing more could be checked: {error.Message}");
        }
        invariants.Conclude();
        progress.Clear();
        return Report(invariants, isInterrupted);
    }

    private async Task WorkAsync(Clients clients, Striker striker, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = installation.Workers.Select(worker => worker.WatchAsync(end.Token)).Append(clients.WatchAsync(end.Token))
            .ToList();
        try
        {
            await clients.GivePicturesAsync(cancel);
            var started = time.GetTimestamp();
            var striking = striker.RunAsync(plan, started, fault =>
            {
                var elapsed = time.GetElapsedTime(started);
                progress.Show($"{elapsed:m\\:ss} of {plan.Length:m\\:ss}: {fault.Kind} {fault.Target}", elapsed.TotalSeconds,
                    plan.Length.TotalSeconds);
            }, end.Token);
            var working = clients.RunAsync(plan, started, end.Token);
            running.AddRange([striking, working]);
            await Task.WhenAll(striking, working).WaitAsync(plan.Length + s_patience, time, cancel);
        }
        catch (TimeoutException)
        {
            _record.IsWrong($"requests are still unanswered {s_patience.TotalMinutes:F0} minutes after the end");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync(Invariants invariants, CancellationToken cancel)
    {
        progress.Say("waiting until nothing is on its way");
        await invariants.SettleAsync(s_patience, cancel);
        await invariants.AskAsync(isHealed: false, cancel);
        await invariants.CheckDamageAsync(cancel);
        if (_ledger.Kept.Any(video => video.IsDamaged))
        {
            progress.Say("giving again what was damaged");
            await invariants.HealAsync(cancel);
            await invariants.SettleAsync(s_patience, cancel);
            await invariants.AskAsync(isHealed: true, cancel);
        }
        foreach (var worker in installation.Workers)
            await worker.StopAsync(cancel);
        await invariants.CheckStoresAsync(cancel);
    }

    private SoakReport Report(Invariants invariants, bool isInterrupted) => new()
    {
        Interrupted = isInterrupted,
        Mode = installation.Mode,
        Seed = plan.Seed,
        Minutes = plan.Length.TotalMinutes,
        Operations = _record.Operations,
        Refused = _record.Refused,
        Faults = _record.Struck,
        Missed = _record.Missed,
        Videos = _ledger.Videos.GroupBy(video => video.Promise).ToDictionary(group => $"{group.Key}", group => group.Count()),
        Times = Times(),
        Usage = installation.Workers.ToDictionary(worker => worker.Name, worker => worker.Usage),
        Swept = invariants.Swept,
        Invariants = invariants.Found,
    };

    private Dictionary<string, Quantiles?> Times()
    {
        var times = new Dictionary<string, Quantiles?> { ["search, calm"] = _record.CalmSearches.Of() };
        foreach (var (under, searches) in _record.StruckSearches.OrderBy(one => one.Key, StringComparer.Ordinal))
            times.Add($"search, {under}", searches.Of());
        times.Add("upload to searchable, calm", _record.CalmIndexing.Of());
        times.Add("upload to searchable, struck", _record.StruckIndexing.Of());
        times.Add("end of a fault to ready", _record.Recoveries.Of());
        return times;
    }
}
