using TcMgc.Hosting;
using TcMgc.Search;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-search");
    await builder.AddStorageAsync();
    builder.AddModel();
    builder.AddSearch();

    var app = builder.BuildService();
    app.MapSearchApi();
    return app;
});
