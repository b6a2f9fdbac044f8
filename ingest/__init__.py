"""What goes into the shared database: ledgers, the demo county, the live feed of the demo."""
