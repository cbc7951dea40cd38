using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Hosting;

/// <summary>
/// Checks every few seconds whether the event log answers: a consumer that waits for events would not notice an outage.
/// </summary>
internal sealed class EventLogWatch(IEventLog log, StoreOutages outages, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(4);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        string? unavailable = null;
        do
            try
            {
                await log.CheckAsync(stop);
                if (unavailable is not null)
                    outages.End(unavailable);
                unavailable = null;
            }
            catch (StoreUnavailableException error)
            {
                outages.Begin(error);
                unavailable = error.Obstacle;
            }
        while (await timer.WaitForNextTickAsync(stop));
    }
}
