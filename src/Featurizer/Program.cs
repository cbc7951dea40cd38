using Microsoft.Extensions.DependencyInjection;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Shared.Configuration;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-featurizer").RequireFreeAddresses();
    await builder.AddStorageAsync(forWork: true);
    var model = Settings.Read<ModelOptions>(builder.Configuration).Load();
    builder.Services.AddSingleton(_ => model); // By a factory: then the host disposes of it.
    builder.AddFeaturizing();

    return builder.BuildService();
}, isForUser: error => error is ModelException);
