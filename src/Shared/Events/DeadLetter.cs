namespace TcMgc.Shared.Events;

/// <summary>
/// A message that a group could not handle or read. <see cref="IEventLog.ReplayAsync"/> sends it again.
/// </summary>
/// <param name="Topic">The topic that it was appended to.</param>
/// <param name="Partition">Partition that it was delivered from.</param>
/// <param name="Position">Position in that partition.</param>
/// <param name="Group">The group that rejected it.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Time">Time of the rejection.</param>
public sealed record DeadLetter(string Topic, string Partition, long Position, string Group, string Reason, DateTimeOffset Time);
