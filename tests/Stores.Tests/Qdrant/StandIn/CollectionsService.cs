using Google.Protobuf;
using Qdrant.Client.Grpc;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>The service <c>qdrant.Collections</c>, as far as it is called.</summary>
internal sealed class CollectionsService(StandInCollections collections, Action<IMessage> note)
{
    /// <summary>Its methods.</summary>
    internal sealed class Methods() : GrpcMethods<CollectionsService>("qdrant.Collections")
    {
        protected override void Bind()
        {
            Add<GetCollectionInfoRequest, GetCollectionInfoResponse>(nameof(Get), (service, request) => service.Get(request));
            Add<ListCollectionsRequest, ListCollectionsResponse>(nameof(List), (service, request) => service.List(request));
            Add<CreateCollection, CollectionOperationResponse>(nameof(Create), (service, request) => service.Create(request));
            Add<UpdateCollection, CollectionOperationResponse>(nameof(Update), (service, request) => service.Update(request));
            Add<DeleteCollection, CollectionOperationResponse>(nameof(Delete), (service, request) => service.Delete(request));
            Add<ChangeAliases, CollectionOperationResponse>(nameof(UpdateAliases), (service, request) =>
                service.UpdateAliases(request));
            Add<ListAliasesRequest, ListAliasesResponse>(nameof(ListAliases), (service, request) => service.ListAliases(request));
        }
    }

    public GetCollectionInfoResponse Get(GetCollectionInfoRequest request) =>
        Answer(request, () =>
            new GetCollectionInfoResponse { Result = collections.In(request.CollectionName, collection => collection.Info) });

    public ListCollectionsResponse List(ListCollectionsRequest request) => Answer(request, () =>
        new ListCollectionsResponse
        {
            Collections = { collections.Names.Select(name =>
            new CollectionDescription { Name = name }) }
        });

    public CollectionOperationResponse Create(CreateCollection request) =>
        Answer(request, () => new CollectionOperationResponse { Result = collections.Create(request) });

    public CollectionOperationResponse Update(UpdateCollection request) =>
        Answer(request, () => new CollectionOperationResponse
        {
            Result = collections.In(request.CollectionName, collection =>
            {
                collection.Describe(request.Metadata);
                return true;
            }),
        });

    public CollectionOperationResponse Delete(DeleteCollection request) =>
        Answer(request, () => new CollectionOperationResponse { Result = collections.Delete(request.CollectionName) });

    public CollectionOperationResponse UpdateAliases(ChangeAliases request) =>
        Answer(request, () => new CollectionOperationResponse { Result = collections.Change(request.Actions) });

    public ListAliasesResponse ListAliases(ListAliasesRequest request) =>
        Answer(request, () => new ListAliasesResponse { Aliases = { collections.Aliases } });

    private T Answer<T>(IMessage request, Func<T> answer)
    {
        note(request);
        return answer();
    }
}
