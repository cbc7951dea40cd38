using Google.Protobuf;
using Qdrant.Client.Grpc;

namespace TcMgc.Stores.Tests.Qdrant.StandIn;

/// <summary>The service <c>qdrant.Points</c>, as far as it is called.</summary>
internal sealed class PointsService(StandInCollections collections, Action<IMessage> note)
{
    private const int DefaultLimit = 10;

    /// <summary>Its methods.</summary>
    internal sealed class Methods() : GrpcMethods<PointsService>("qdrant.Points")
    {
        protected override void Bind()
        {
            Add<UpsertPoints, PointsOperationResponse>(nameof(Upsert), (service, request) => service.Upsert(request));
            Add<DeletePoints, PointsOperationResponse>(nameof(Delete), (service, request) => service.Delete(request));
            Add<CreateFieldIndexCollection,
                PointsOperationResponse>(nameof(CreateFieldIndex), (service, request) => service.CreateFieldIndex(request));
            Add<GetPoints, GetResponse>(nameof(Get), (service, request) => service.Get(request));
            Add<ScrollPoints, ScrollResponse>(nameof(Scroll), (service, request) => service.Scroll(request));
            Add<CountPoints, CountResponse>(nameof(Count), (service, request) => service.Count(request));
            Add<QueryPoints, QueryResponse>(nameof(Query), (service, request) => service.Query(request));
            Add<QueryPointGroups, QueryGroupsResponse>(nameof(QueryGroups), (service, request) => service.QueryGroups(request));
        }
    }

    public PointsOperationResponse Upsert(UpsertPoints request) =>
        Changed(request, request.CollectionName, request.Wait, collection => collection.Upsert(request.Points));

    public PointsOperationResponse Delete(DeletePoints request) =>
        Changed(request, request.CollectionName, request.Wait, collection => collection.Delete(request.Points));

    public PointsOperationResponse CreateFieldIndex(CreateFieldIndexCollection request) =>
        Changed(request, request.CollectionName, request.Wait, collection => collection.AddIndex(request.FieldName));

    public GetResponse Get(GetPoints request) => Answer(request, request.CollectionName, collection =>
        new GetResponse
        {
            Result = { collection.Retrieve(request.Ids).Select(point =>
            point.Retrieved(request.WithPayload, request.WithVectors)) }
        });

    public ScrollResponse Scroll(ScrollPoints request) => Answer(request, request.CollectionName, collection =>
    {
        var limit = request.HasLimit ? (int)request.Limit : DefaultLimit;
        var from = request.Offset is { } offset ? Guid.Parse(offset.Uuid) : Guid.Empty;
        var points = collection.Matching(request.Filter).Where(point => point.Id.CompareTo(from) >= 0).Take(limit + 1).ToList();
        return new ScrollResponse
        {
            Result = { points.Take(limit).Select(point => point.Retrieved(request.WithPayload, request.WithVectors)) },
            NextPageOffset = points.Count > limit ? points[^1].Id : null,
        };
    });

    public CountResponse Count(CountPoints request) => Answer(request, request.CollectionName, collection =>
        new CountResponse { Result = new() { Count = (ulong)collection.Matching(request.Filter).Count() } });

    public QueryResponse Query(QueryPoints request) => Answer(request, request.CollectionName, collection => new QueryResponse
    {
        Result =
        {
            collection.Query(request.Using, request.Query, request.Filter).Take(request.HasLimit ? (int)request.Limit
                : DefaultLimit)
                .Select(scored => scored.Point.Scored(scored.Score, request.WithPayload, request.WithVectors)),
        },
    });

    public QueryGroupsResponse QueryGroups(QueryPointGroups request) => Answer(request, request.CollectionName, collection =>
    {
        var groups = collection.Query(request.Using, request.Query, request.Filter)
            .GroupBy(scored => scored.Point.Payload[request.GroupBy].StringValue)
            .Take(request.HasLimit ? (int)request.Limit : DefaultLimit);
        return new QueryGroupsResponse
        {
            Result = new()
            {
                Groups =
                {
                    groups.Select(group => new PointGroup
                    {
                        Id = new() { StringValue = group.Key },
                        Hits = { group.Take((int)request.GroupSize).Select(hit =>
                            hit.Point.Scored(hit.Score, request.WithPayload, request.WithVectors)) },
                    }),
                },
            },
        };
    });

    private T Answer<T>(IMessage request, string name, Func<StandInCollection, T> answer)
    {
        note(request);
        return collections.In(name, answer);
    }

    /// <summary>Without wait Qdrant only promises to do it.</summary>
    private PointsOperationResponse Changed(IMessage request, string name, bool wait, Action<StandInCollection> change) =>
        Answer(request, name, collection =>
        {
            change(collection);
            return new PointsOperationResponse
            {
                Result = new() { OperationId = 1, Status = wait ? UpdateStatus.Completed : UpdateStatus.Acknowledged },
            };
        });
}
