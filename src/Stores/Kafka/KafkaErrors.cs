using Confluent.Kafka;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>Classifies the errors of a cluster or its client.</summary>
internal static class KafkaErrors
{
    /// <summary>
    /// Whether no retry can succeed: missing rights, wrong credentials, a fatal client error, an unsupported feature.
    /// </summary>
    public static bool IsFinal(this Error error) => error.IsFatal || error.Code is
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
        or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication or ErrorCode.UnsupportedSaslMechanism
        or ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature or ErrorCode.InvalidConfig
        or ErrorCode.PolicyViolation or ErrorCode.InvalidReplicationFactor
        or ErrorCode.InvalidGroupId or ErrorCode.Local_InvalidArg;

    /// <summary>Whether the error only states that no broker answered, without a reason.</summary>
    public static bool IsNoAnswer(this Error error) => error.Code is
        ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_MsgTimedOut
        or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_WaitCoord;
}
