using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Search;
using TcMgc.Shared.Configuration;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-search").RequireFreeAddresses();
    await builder.AddStorageAsync();
    var model = Settings.Read<ModelOptions>(builder.Configuration).Load();
    builder.Services.AddSingleton(_ => model); // By a factory: then the host disposes of it.
    builder.AddSearch();

    var app = builder.BuildService();
    app.MapSearchApi();
    return app;
}, isForUser: error => error is ModelException);
