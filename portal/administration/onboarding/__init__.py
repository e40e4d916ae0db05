"""How far each agency is on its way to online payment."""
