using TcMgc.Ingest;
using TcMgc.Ingest.Api;
using TcMgc.Shared.Hosting;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-ingest");
    await builder.AddStoresAsync(forWork: true);
    builder.AddUploads();
    builder.AddDecoding();

    var app = builder.BuildService();
    app.MapUploadApi();
    return app;
});
