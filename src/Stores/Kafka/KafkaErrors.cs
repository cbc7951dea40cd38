using Confluent.Kafka;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>What becomes of an error that a cluster or its client tells.</summary>
internal static class KafkaErrors
{
    /// <summary>Whether no retry can heal it: rights, credentials, a client that gave up, a feature that brokers lack.</summary>
    public static bool IsFinal(this Error error) => error.IsFatal || error.Code is
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
        or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication or ErrorCode.UnsupportedSaslMechanism
        or ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature or ErrorCode.InvalidConfig
        or ErrorCode.PolicyViolation or ErrorCode.InvalidReplicationFactor
        or ErrorCode.InvalidGroupId or ErrorCode.Local_InvalidArg;

    /// <summary>Whether it says only that nobody answered, and not why.</summary>
    public static bool IsSilence(this Error error) => error.Code is
        ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_MsgTimedOut
        or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_WaitCoord;
}
