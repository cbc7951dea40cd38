using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>Answers calls of a gRPC service whose messages come without a server's side.</summary>
internal abstract class GrpcMethods<TService>(string service) : IServiceMethodProvider<TService> where TService : class
{
    private ServiceMethodProviderContext<TService> _context = null!;

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        _context = context;
        Bind();
    }

    /// <summary>Adds every method.</summary>
    protected abstract void Bind();

    protected void Add<TRequest, TResponse>(string name, Func<TService, TRequest, TResponse> answer)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        _context.AddUnaryMethod(
            new Method<TRequest, TResponse>(MethodType.Unary, service, name, Marshaller<TRequest>(), Marshaller<TResponse>()),
            [],
            (instance, request, _) => Task.FromResult(answer(instance, request)));

    private static Marshaller<T> Marshaller<T>() where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return new(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }
}
