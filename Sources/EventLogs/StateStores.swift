/// The place where a role keeps its states, a store for each name: the files of a folder, or a simulated disk.
package protocol StateStores: Sendable {
    /// Opens a store, which is made where there is none.
    ///
    /// - Parameter takingOver: makes the opener the state's owner, as the stores' type says.
    func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore
}

extension StateStores {
    package func open(_ name: String) throws(LogError) -> any StateStore { try open(name, takingOver: false) }
}
