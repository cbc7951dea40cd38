
namespace TcMgc.Shared.Events;

/// <summary>
/// A message that was given up: nobody of its group could handle or even read it. <see cref="IEventLog.ReplayAsync"/> sends it
/// again.
/// </summary>
/// <param name="Topic">The topic that it was appended to.</param>
/// <param name="Partition">Part of the log that it was delivered from.</param>
/// <param name="Position">Its place in that part.</param>
/// <param name="Group">The group that gave it up.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Time">When it was given up.</param>
public sealed record DeadLetter(string Topic, string Partition, long Position, string Group, string Reason, DateTimeOffset Time);
