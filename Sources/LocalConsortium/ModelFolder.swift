package import Model
import Terminal

/// Writes a model (secret) and its public bins as they lie in a folder: `model.json` and `bins.json`.
package func writeModel(_ model: ClearModel, to directory: String) throws {
    try writeFile(model.json(), to: directory + "/model.json")
    try writeFile(model.binned.json(), to: directory + "/bins.json")
}
