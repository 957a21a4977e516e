/// The version of this program, in its help and in the lineage of the models that it trains.
package let programVersion = "0.1.0"
