using TcMgc.Hosting;
using TcMgc.Search;
using TcMgc.Search.Api;
using TcMgc.Shared.Hosting;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-search");
    await builder.AddStoresAsync();
    builder.AddModel();
    builder.AddSearch();

    var app = builder.BuildService();
    app.MapSearchApi();
    return app;
});
