using TcMgc.Hosting;
using TcMgc.Ingest;
using TcMgc.Ingest.Api;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-ingest").RequireFreeAddresses();
    await builder.AddStorageAsync(forWork: true);
    builder.AddUploads();
    builder.AddDecoding();
    builder.AddRemoval();

    var app = builder.BuildService();
    app.MapUploadApi();
    return app;
});
