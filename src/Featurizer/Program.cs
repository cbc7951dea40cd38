using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Shared.Hosting;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-featurizer");
    await builder.AddStoresAsync(forWork: true);
    builder.AddModel();
    builder.AddFeaturizing();

    return builder.BuildService();
});
