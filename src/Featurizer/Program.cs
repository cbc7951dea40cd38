using TcMgc.Featurizer;
using TcMgc.Hosting;

return await ServiceProgram.RunAsync(async () =>
{
    var builder = ServiceProgram.CreateBuilder(args, "tcmgc-featurizer");
    await builder.AddStorageAsync(forWork: true);
    builder.AddModel();
    builder.AddFeaturizing();

    return builder.BuildService();
});
