using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Hosting;

/// <summary>
/// Asks the event log every few seconds whether it answers. Who waits for events would not notice that it does not: no news
/// looks the same.
/// </summary>
internal sealed class EventLogWatch(IEventLog log, StoreOutages outages, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(4);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        string? away = null;
        do
            try
            {
                await log.CheckAsync(stop);
                if (away is not null)
                    outages.End(away);
                away = null;
            }
            catch (StoreUnavailableException error)
            {
                outages.Begin(error);
                away = error.Store;
            }
        while (await timer.WaitForNextTickAsync(stop));
    }
}
