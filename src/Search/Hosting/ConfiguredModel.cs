using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Hosting;

/// <summary>
/// The model that a service's configuration names. Compiled into each service that has one: neither Shared, which knows no
/// models, nor Model, which knows no services, could hold it.
/// </summary>
internal static class ConfiguredModel
{
    /// <summary>Loads the model, for as long as the host.</summary>
    /// <exception cref="UserException">None is named, or it cannot be loaded.</exception>
    public static VideoTextModel AddModel(this WebApplicationBuilder builder)
    {
        var options = Settings.Read<ModelOptions>(builder.Configuration);
        if (options.Model is not { Length: > 0 } name)
            throw new UserException("Model is not set; it must be the folder of a model, or the name of one in the folder Models");
        try
        {
            var model = ModelFolder.Find(name, options.Models)
                .Load(new()
                {
                    Device = Enum.Parse<Device>(options.Device, ignoreCase: true),
                    DeviceId = options.DeviceId,
                    Threads = options.Threads,
                    Precision = Enum.Parse<Precision>(options.Precision, ignoreCase: true),
                });
            builder.Services.AddSingleton(_ => model); // As a factory: the host unloads it.
            return model;
        }
        catch (ModelException error)
        {
            throw new UserException($"Model: {error.Message}", error);
        }
    }
}
