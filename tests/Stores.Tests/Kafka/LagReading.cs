using System.Diagnostics.Metrics;
using TcMgc.Shared;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>The lag gauge of one group and topic.</summary>
internal sealed class LagReading : IDisposable
{
    private readonly MeterListener _listener = new();
    private long? _lag;

    public LagReading(string group, string topic)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SourceNames.Events && instrument.Name == MetricNames.EventLag)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, lag, tags, _) =>
        {
            var named = tags.ToArray().ToDictionary();
            if (named["messaging.consumer.group.name"] is string of && of == group
                && named["messaging.destination.name"] is string at && at == topic)
                _lag = lag;
        });
        _listener.Start();
    }

    /// <summary>Waits until the gauge reads so; the statistics that it is made of come now and then.</summary>
    public async Task BecomesAsync(long lag, CancellationToken cancel)
    {
        for (_listener.RecordObservableInstruments(); _lag != lag; _listener.RecordObservableInstruments())
            await Task.Delay(20, cancel);
    }

    public void Dispose() => _listener.Dispose();
}
